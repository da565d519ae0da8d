"""Fair quality control: the bank of control items, what answers say of their givers, training, qualification, pauses."""
