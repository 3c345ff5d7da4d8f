"""What the chapters' pages are made with: code from the source, diagrams, curves, sheets."""
