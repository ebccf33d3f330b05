using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Myeloma.Fhir.EmbeddedPostgres;

/// <summary>One run of a program: its exit code and what it wrote, both streams trimmed.</summary>
internal sealed record ChildProcessResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard error, else standard output; for messages.</summary>
    public string Words => Error.Length > 0 ? Error : Output;
}

/// <summary>Runs a program to its end, without a shell and without a window.</summary>
internal static class ChildProcess
{
    /// <param name="input">Written to standard input, which is then closed; null closes it at once.</param>
    /// <param name="environment">Set on top of the inherited variables; a null value removes one.</param>
    /// <param name="captureOutput">False where a grandchild would keep the pipes open (PostgreSQL on Windows): streams are inherited, the result's texts empty.</param>
    /// <exception cref="EmbeddedPostgresException">The program can't be started at all.</exception>
    public static async Task<ChildProcessResult> RunAsync(
        IReadOnlyList<string> command,
        string? workingFolder = null,
        string? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        bool captureOutput = true,
        CancellationToken cancellationToken = default)
    {
        using var process = new Process { StartInfo = StartInfo(command, workingFolder, environment, captureOutput) };
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            throw new EmbeddedPostgresException($"'{command[0]}' can't be started: {exception.Message}", exception);
        }

        try
        {
            var output = captureOutput ? process.StandardOutput.ReadToEndAsync(cancellationToken) : Task.FromResult(string.Empty);
            var error = captureOutput ? process.StandardError.ReadToEndAsync(cancellationToken) : Task.FromResult(string.Empty);
            await WriteInputAsync(process, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ChildProcessResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited)
                process.Kill();
            throw;
        }
    }

    private static ProcessStartInfo StartInfo(
        IReadOnlyList<string> command, string? workingFolder, IReadOnlyDictionary<string, string?>? environment, bool captureOutput)
    {
        var info = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = captureOutput,
            RedirectStandardError = captureOutput,
            WorkingDirectory = workingFolder ?? string.Empty,
        };
        foreach (var argument in command.Skip(1))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                info.Environment.Remove(name);
            else
                info.Environment[name] = value;
        }

        return info;
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.HasExited || input is not null)
        {
            // A program that ended before it read its input says why on its other streams.
        }
    }
}
