using System.Collections.Concurrent;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>A code system of any size as NDJSON: a CodeSystem without concepts in the first line, then a concept a line, as they stand in <c>CodeSystem.concept</c>.</summary>
/// <remarks>Parents are the property <c>parent</c>, or the concept that one is nested in. https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept</remarks>
internal sealed class ConceptLines : ReleaseFormat
{
    private const int ReportEvery = 50_000;

    /// <summary>Bytes that one processor parses at a time; a line that is longer makes a larger block.</summary>
    private const int BlockBytes = 1 << 18;

    public override string Name => "ndjson";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsLines) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var file = GetFile(files, name => IsLines(name) || files.Names.Count == 1, "one file .ndjson");
        using var blocks = new LineBlocks(files.Open(file), BlockBytes);
        var header = Header(file, blocks.ReadLine()) is var read && options.Url is null && options.Version is null ? read
            : read with { Url = options.Url ?? read.Url, Version = options.Version ?? read.Version };
        if (header.Url.Length == 0) throw new FhirException(Issue.Required($"{file}: the CodeSystem of the first line has no url; name it."));
        var comparer = header.CaseSensitive == false ? StringComparer.OrdinalIgnoreCase : null;
        var (concepts, told) = (new ConceptCollection(comparer), 0);
        try
        {
            // Blocks of lines are read one after the other, parsed by all processors, and put together in their order.
            foreach (var part in Partitioner.Create(blocks.Read(), EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(block => Parsed(file, block, comparer)))
            {
                concepts.Take(part);
                if (concepts.Count - told < ReportEvery) continue;
                progress?.Report(new ReleaseProgress(file, told = concepts.Count));
            }
        }
        catch (AggregateException faults) when (faults.Flatten().InnerExceptions.OfType<FhirException>().FirstOrDefault() is { } fault)
        {
            throw fault;
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return header with { Concepts = concepts.Sources(Name) };
    }

    private static ConceptCollection Parsed(string file, LineBlock block, StringComparer? comparer)
    {
        using (block)
        {
            var concepts = new ConceptCollection(comparer);
            foreach (var (number, line) in block)
            {
                try
                {
                    ConceptLine.Read(line, concepts);
                }
                catch (Exception fault) when (fault is JsonException or InvalidOperationException)
                {
                    throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, line {number}: it is no concept of a CodeSystem in JSON.")));
                }
            }

            return concepts;
        }
    }

    private static bool IsLines(string name) => name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);

    private static CodeSystemSource Header(string file, byte[]? line)
    {
        var root = line is null ? throw new FhirException(Issue.Structure($"{file} is empty.")) : ResourceDocument.Parse(line).Root;
        return root.Type.Name == "CodeSystem" ? CodeSystemReading.Read(root) : throw new FhirException(Issue.Structure($"{file}, line 1: a CodeSystem stands there, not a {root.Type.Name}."));
    }
}
