"""What makes a whole dump unreadable. What is wrong with one row only is a verdict of that row, not an error."""

from kernel.errors import Invalid


class DumpError(Invalid):
    """The file as a whole can't be taken; nothing of it was kept. `extra["offset"]` is the byte where it shows."""

    code = "dump_unreadable"

    def __init__(self, detail: str, *, code: str, offset: int) -> None:
        super().__init__(detail, code=code, offset=offset)
        self.offset = offset


class BrokenJson(DumpError):
    """The JSON structure ends or turns wrong; `layer` tells the text in which it does."""

    def __init__(self, detail: str, *, offset: int, layer: object) -> None:
        super().__init__(detail, code="broken_json", offset=offset)
        self.layer = layer
