"""What ``wristgate doctor`` looks at, a file a subject; each check gives findings and changes nothing."""
