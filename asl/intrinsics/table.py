"""Which functions there are, how many arguments each takes (the fewest and the most), and where it takes numbers only."""

ARGUMENTS: dict[str, tuple[int, int | None]] = {
    "States.Array": (0, None),
    "States.ArrayContains": (2, 2),
    "States.ArrayGetItem": (2, 2),
    "States.ArrayLength": (1, 1),
    "States.ArrayPartition": (2, 2),
    "States.ArrayRange": (3, 3),
    "States.ArrayUnique": (1, 1),
    "States.Base64Decode": (1, 1),
    "States.Base64Encode": (1, 1),
    "States.Format": (1, None),
    "States.Hash": (2, 2),
    "States.JsonMerge": (3, 3),
    "States.JsonToString": (1, 1),
    "States.MathAdd": (2, 2),
    "States.MathRandom": (2, 3),
    "States.StringSplit": (2, 2),
    "States.StringToJson": (1, 1),
    "States.UUID": (0, 0),
}

NUMBERS: dict[str, tuple[int, ...]] = {
    "States.ArrayGetItem": (1,),
    "States.ArrayPartition": (1,),
    "States.ArrayRange": (0, 1, 2),
    "States.MathAdd": (0, 1),
    "States.MathRandom": (0, 1, 2),
}
