using System.Globalization;
using Myeloma.Fhir.Benchmarks.Load;
using Myeloma.Fhir.Benchmarks.Scale;

namespace Myeloma.Fhir.Benchmarks.Bulk;

/// <summary>
/// Imports generated resources of twelve types into an empty server, with the default validation and with none: as they are, once more the same, and changed; then exports them.
/// </summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- import [--total 100000] [--rounds 1] [--port 18083]</c>.
/// The server is the Release build in a process of its own, with a data folder that is thrown away.
/// </remarks>
internal static class ImportScript
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var assembly = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "../../../../../src/Myeloma.Fhir.Server/bin/Release/net10.0/Myeloma.Fhir.Server.dll"));
        if (!File.Exists(assembly))
        {
            await Console.Error.WriteLineAsync($"Build the server first: dotnet build -c Release src/Myeloma.Fhir.Server ({assembly} is missing).");
            return 2;
        }

        Console.WriteLine("| case | sending s | working s | resources a second, both | processor s of the server | MB resident |");
        Console.WriteLine("|---|---|---|---|---|---|");
        for (var round = 0; round < arguments.Number("--rounds", 1); round++)
        {
            foreach (var mode in new[] { "default", "off" })
            {
                var data = Directory.CreateTempSubdirectory("myeloma-import-").FullName;
                try
                {
                    await using var server = await ServerProcess.StartAsync(assembly, data, arguments.Number("--port", 18_083), ("Fhir__Validation__Mode", mode), ("Fhir__LoadSeeds", "false"));
                    await MeasureAsync(server, $"validation {mode}", arguments.Number("--total", 100_000));
                }
                finally
                {
                    Directory.Delete(data, recursive: true);
                }
            }
        }

        return 0;
    }

    private static async Task MeasureAsync(ServerProcess server, string name, int total)
    {
        using var client = new HttpClient { BaseAddress = server.BaseAddress, Timeout = TimeSpan.FromHours(1) };
        var resources = new GeneratedResource(total);

        // The first lines compile what later ones use.
        await ImportRun.RunAsync(client, new GeneratedResource(1_000).All());
        foreach (var (what, variant) in new[] { ("new", 1), ("the same again", 1), ("a fifth changed", 2) })
        {
            var lines = resources.All(variant).ToList();
            var before = server.ProcessorTime();
            Say(server, $"{name}: {what}", total, await ImportRun.RunAsync(client, lines), before);
        }

        var begin = server.ProcessorTime();
        var (times, exported, bytes, fetching) = await ImportRun.ExportAsync(client);
        Say(server, $"{name}: export", exported, times, begin);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fetched {bytes / 1e6:F0} MB in {fetching.TotalSeconds:F1} s"));
    }

    private static void Say(ServerProcess server, string name, long resources, BulkTimes times, TimeSpan before) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {times.Sending.TotalSeconds:F1} | {times.Working.TotalSeconds:F1} | {resources / (times.Sending + times.Working).TotalSeconds:N0} | {(server.ProcessorTime() - before).TotalSeconds:F1} | {server.ResidentMegabytes():F0} |"));
}
