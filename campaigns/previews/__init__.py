"""What a creative looks like: a layout drawn as SVG or PNG. Plain functions; only of_creative reads rows."""
