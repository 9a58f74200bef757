"""The demo province: invented people, firms and figures, generated from a seed and labelled as such."""
