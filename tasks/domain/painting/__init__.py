"""The studio's painter: pictures from words and a seed, drawn and shaded by formulas, without a model."""
