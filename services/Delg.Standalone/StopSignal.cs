using System.Runtime.InteropServices;

namespace Delg.Standalone;

/// <summary>Ctrl+C or a polite request to end the process.</summary>
public static class StopSignal
{
    /// <summary>Returns at the first SIGINT or SIGTERM. The second one ends the process at once.</summary>
    public static async Task WaitAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Ask(PosixSignalContext signal) => signal.Cancel = asked.TrySetResult();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        await asked.Task;
    }
}
