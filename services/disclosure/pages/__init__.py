"""What a person sees: the board, the cases behind a figure, how a figure was computed."""
