using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Myeloma.Fhir.Server.Tests.Clients;

/// <summary>
/// FHIR clients of others, from npm, driven by Node.js. <c>Npm/package-lock.json</c> pins every package with version and hash; <c>npm ci</c> fetches and
/// verifies them once, into a cache of the user outside the repository, and no script of a package runs at that.
/// </summary>
internal static class NodeClients
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(2);

    private static readonly Lazy<(string? Folder, string? Reason)> Installed = new(Install);

    /// <summary>Why a test that needs them is skipped; null when they are here.</summary>
    public static string? Reason => Installed.Value.Reason;

    /// <summary>A file beside the drivers.</summary>
    public static string Text(string name) => File.ReadAllText(Path.Combine(Drivers, name));

    private static string Drivers => Path.Combine(AppContext.BaseDirectory, "Clients", "Npm");

    /// <summary>Runs a driver against a server.</summary>
    /// <returns>The object that it wrote: a property for each scenario.</returns>
    public static async Task<JsonElement> RunAsync(string driver, string baseUrl)
    {
        // Node.js looks for packages in the folders above the driver.
        var folder = Directory.CreateDirectory(Path.Combine(Installed.Value.Folder ?? throw new InvalidOperationException(Reason), $"run-{Guid.NewGuid():N}"));
        try
        {
            foreach (var file in Directory.EnumerateFiles(Drivers, "*.mjs")) File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            var (exitCode, output, errors) = await RunAsync("node", [Path.Combine(folder.FullName, driver), baseUrl], folder.FullName, RunTime);
            if (exitCode != 0) throw new InvalidOperationException($"{driver} ended with {exitCode}: {errors}");
            return JsonDocument.Parse(output).RootElement.Clone();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string? Folder, string? Reason) Install() => InstallAsync().GetAwaiter().GetResult();

    private static async Task<(string? Folder, string? Reason)> InstallAsync()
    {
        if (await AnswerOfAsync("node") is not { } node) return (null, "The npm clients are not tried: Node.js ('node') is not in PATH.");
        if (!Version.TryParse(node.TrimStart('v'), out var version) || version.Major < 20) return (null, $"The npm clients are not tried: they need Node.js 20 or newer, and this is {node}.");

        var lockFile = await File.ReadAllBytesAsync(Path.Combine(Drivers, "package-lock.json"));
        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "myeloma-fhir");
        var home = Path.Combine(cache, $"npm-clients-{Convert.ToHexStringLower(SHA256.HashData(lockFile).AsSpan(0, 6))}");
        if (Directory.Exists(home)) return (home, null);
        if (await AnswerOfAsync(Npm) is null) return (null, "The npm clients are not tried: npm, which fetches them, is not in PATH.");
        return await FetchAsync(cache, home) is { } fault ? (null, $"The npm clients are not tried: they could not be fetched. {fault}") : (home, null);
    }

    /// <returns>What went wrong; null when the folder is there.</returns>
    private static async Task<string?> FetchAsync(string cache, string home)
    {
        var work = Directory.CreateDirectory(Path.Combine(cache, $"fetching-{Guid.NewGuid():N}"));
        try
        {
            foreach (var name in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(Drivers, name), Path.Combine(work.FullName, name));
            var (exitCode, _, errors) = await RunAsync(
                Npm, ["ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"], work.FullName, InstallTime);
            if (exitCode != 0) return errors;
            Directory.Move(work.FullName, home);
            return null;
        }
        catch (IOException) when (Directory.Exists(home))
        {
            // Another process was faster; its copy is as good.
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"npm did not end within {InstallTime.TotalMinutes:0} minutes.";
        }
        finally
        {
            if (Directory.Exists(work.FullName)) work.Delete(recursive: true);
        }
    }

    private static string Npm => OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    private static async Task<string?> AnswerOfAsync(string program)
    {
        try
        {
            var (exitCode, output, _) = await RunAsync(program, ["--version"], Path.GetTempPath(), InstallTime);
            return exitCode == 0 ? output.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, string[] arguments, string folder, TimeSpan time)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(time);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }
}
