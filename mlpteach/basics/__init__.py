"""What every room stands on: letters, the flat vector of parameters, checks of arguments."""
