"""What a creative looks like: a layout, drawn as SVG or PNG. Plain functions of plain values; no rows are read."""
