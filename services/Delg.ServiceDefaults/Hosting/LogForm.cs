namespace Delg.ServiceDefaults.Hosting;

/// <summary>How log lines are written.</summary>
public enum LogForm
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>A JSON object a line, with time, scopes and trace id, for programs that collect logs.</summary>
    Json,
}
