"""What outcomes of many histories say: intervals, controls, comparisons."""
