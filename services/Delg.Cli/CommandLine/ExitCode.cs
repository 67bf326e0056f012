namespace Delg.Cli.CommandLine;

/// <summary>What the process says when it ends. Scripts rely on the numbers.</summary>
internal enum ExitCode
{
    /// <summary>Everything was done.</summary>
    Done = 0,

    /// <summary>Nothing useful came of it.</summary>
    Failed = 1,

    /// <summary>The command line makes no sense; nothing was tried.</summary>
    WrongUsage = 2,

    /// <summary>Some items failed; the report names them.</summary>
    DoneInPart = 3,
}
