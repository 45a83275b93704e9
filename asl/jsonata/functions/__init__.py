"""All functions of the language, by name: JSONata's without $eval, and those that the Amazon States Language adds."""

from asl.jsonata.functions import arrays, moments, numbers, objects, states_language, strings, unchanged
from asl.jsonata.native import Native

FUNCTIONS = {
    name: Native(name, types, implementation)
    for module in (unchanged, arrays, moments, numbers, objects, states_language, strings)
    for name, (types, implementation) in module.FUNCTIONS.items()
}
