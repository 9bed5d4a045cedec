"""What a person sees of this service: the templates beside this file."""
