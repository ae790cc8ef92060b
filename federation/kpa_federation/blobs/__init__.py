"""Files of other KPAs' records: fetched by their hash when somebody wants them, piece by piece."""
