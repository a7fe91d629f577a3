"""Moments: what a recording shows beside itself at given times, without ever holding anybody up."""
