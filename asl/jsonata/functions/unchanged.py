"""The engine's own functions that need no change: what they do is bounded by what they are given."""

from jsonata.functions import Functions

FUNCTIONS = {
    "append": ("<xx:a>", Functions.append),
    "boolean": ("<x-:b>", Functions.to_boolean),
    "count": ("<a:n>", Functions.count),
    "decodeUrl": ("<s-:s>", Functions.decode_url),
    "decodeUrlComponent": ("<s-:s>", Functions.decode_url_component),
    "each": ("<o-f:a>", Functions.each),
    "encodeUrl": ("<s-:s>", Functions.encode_url),
    "encodeUrlComponent": ("<s-:s>", Functions.encode_url_component),
    "error": ("<s?:x>", Functions.error),
    "exists": ("<x:b>", Functions.exists),
    "filter": ("<af>", Functions.filter),
    "formatBase": ("<n-n?:s>", Functions.format_base),
    "length": ("<s-:n>", Functions.length),
    "map": ("<af>", Functions.map),
    "max": ("<a<n>:n>", Functions.max),
    "min": ("<a<n>:n>", Functions.min),
    "not": ("<x-:b>", Functions.not_),
    "reduce": ("<afj?:j>", Functions.fold_left),
    "reverse": ("<a:a>", Functions.reverse),
    "sift": ("<o-f?:o>", Functions.sift),
    "single": ("<af?>", Functions.single),
    "substring": ("<s-nn?:s>", Functions.substring),
    "substringAfter": ("<s-s:s>", Functions.substring_after),
    "substringBefore": ("<s-s:s>", Functions.substring_before),
    "trim": ("<s-:s>", Functions.trim),
    "type": ("<x:s>", Functions.type),
    "uppercase": ("<s-:s>", Functions.uppercase),
    "zip": ("<a+>", Functions.zip),
}
