"""What a run is: a network or function, the loop over its updates, and the record of them."""
