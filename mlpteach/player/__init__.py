"""From a Show to the page that draws, steps and plays it, and back."""
