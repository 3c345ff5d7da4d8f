"""Numbers with their nouns."""


def number_of(count: int, noun: str) -> str:
    """Return a number and its noun, regular plurals alone: "1 picture", "20000 pictures".

    Args:
        count: How many.
        noun: In the singular, or as it is told of several: an s at its end is taken off for one.
    """
    singular = noun.removesuffix("s")
    return f"{count} {singular if count == 1 else singular + 's'}"
