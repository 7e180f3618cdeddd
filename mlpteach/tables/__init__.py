"""What a run is made of, as tables of records: id -> record; optimizers: `rules`."""
