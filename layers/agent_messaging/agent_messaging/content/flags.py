"""The kinds of content that a reader of a text does not see. `flagging` finds them."""

from enum import StrEnum


class ContentFlag(StrEnum):
    """One kind of content that a reader of the text does not see."""

    INVISIBLE_CHARACTERS = "invisible_characters"
    BIDIRECTIONAL_CONTROLS = "bidirectional_controls"
    TAG_CHARACTERS = "tag_characters"
    LOOKALIKE_CHARACTERS = "lookalike_characters"
