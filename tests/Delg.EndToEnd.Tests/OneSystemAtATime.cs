using Xunit.Sdk;
using Xunit.v3;

// Each class starts a whole system with a network in it: two at a time would only share the cores, and wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
