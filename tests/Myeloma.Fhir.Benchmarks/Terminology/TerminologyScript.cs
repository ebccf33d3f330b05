namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>Measures terminology on a generated code system: in this process, then over HTTP against the Release build of the server.</summary>
/// <remarks><c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- terminology [--concepts 500000] [--in-process]</c></remarks>
internal static class TerminologyScript
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var concepts = arguments.Number("--concepts", 500_000);
        var folder = Directory.CreateTempSubdirectory("myeloma-terminology-").FullName;
        try
        {
            var lines = Path.Combine(folder, "generated.ndjson");
            using (var file = File.Create(lines)) new GeneratedSystem(concepts).Write(file);
            InProcessCases.Run(lines, concepts);
            return Task.FromResult(0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
