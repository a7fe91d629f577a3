"""What we promise about data, in plain words, and the proof of it: policy, separation check, retention."""
