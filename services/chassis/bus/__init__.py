"""The bus: a sealed event leaves one service and takes effect, once and in order, in another."""
