"""What recipes share that make pictures from pictures."""
