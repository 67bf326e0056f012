using System.Diagnostics;

namespace Delg.Model.Tests.Parity;

/// <summary>A Python that has PyTorch, if there is one on this machine: the tests that compare with it are skipped where there is none.</summary>
internal static class PythonTorch
{
    public const string EnvironmentVariable = "DELG_PYTHON";

    private static readonly string _script = Path.Combine(AppContext.BaseDirectory, "Parity", "reference.py");

    // Debian's own comes before one that a version manager puts on the path.
    private static readonly Lazy<string?> _python = new(() =>
        new[] { Environment.GetEnvironmentVariable(EnvironmentVariable), "/usr/bin/python3", "python3" }
            .FirstOrDefault(python => !string.IsNullOrEmpty(python) && Run(python, "check").Code == 0));

    /// <summary>Skips the running test where there is none.</summary>
    public static void Require() => Assert.SkipWhen(
        _python.Value is null,
        $"No Python with PyTorch, torchvision, NumPy and Pillow here: install python3-torch and python3-torchvision, or set {EnvironmentVariable} to one.");

    /// <summary>Runs the reference on every case in a folder.</summary>
    public static void RunReference(string folder)
    {
        (int code, string output) = Run(_python.Value!, "run", folder);
        Assert.True(code == 0, output);
    }

    private static (int Code, string Output) Run(string python, params string[] arguments)
    {
        var start = new ProcessStartInfo(python, [_script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The tests share the cores.
        start.Environment["OMP_NUM_THREADS"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
