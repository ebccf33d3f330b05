using System.Buffers;
using System.Text;
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

    private const int LinesAtOnce = 2_000;

    public override string Name => "ndjson";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsLines) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var file = GetFile(files, name => IsLines(name) || files.Names.Count == 1, "one file .ndjson");
        using var reader = new StreamReader(files.Open(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 1 << 16);
        var header = Header(file, reader.ReadLine()) is var read && options.Url is null && options.Version is null ? read
            : read with { Url = options.Url ?? read.Url, Version = options.Version ?? read.Version };
        if (header.Url.Length == 0) throw new FhirException(Issue.Required($"{file}: the CodeSystem of the first line has no url; name it."));
        var comparer = header.CaseSensitive == false ? StringComparer.OrdinalIgnoreCase : null;
        var (concepts, told) = (new ConceptCollection(comparer), 0);
        try
        {
            // Lines are read one after the other, parsed by all processors, and put together in their order.
            foreach (var part in Lines(reader).Chunk(LinesAtOnce).AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(lines => Parsed(file, lines, comparer)))
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

    /// <summary>The lines behind the first that are not blank, with their one-based numbers.</summary>
    private static IEnumerable<(int Number, string Line)> Lines(StreamReader reader)
    {
        for (var number = 2; reader.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line)) yield return (number, line);
    }

    private static ConceptCollection Parsed(string file, (int Number, string Line)[] lines, StringComparer? comparer)
    {
        var concepts = new ConceptCollection(comparer);
        foreach (var (number, line) in lines) ReadLine(file, number, line, concepts);
        return concepts;
    }

    private static bool IsLines(string name) => name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);

    private static CodeSystemSource Header(string file, string? line)
    {
        var root = line is null ? throw new FhirException(Issue.Structure($"{file} is empty.")) : ResourceDocument.Parse(Encoding.UTF8.GetBytes(line)).Root;
        return root.Type.Name == "CodeSystem" ? CodeSystemReading.Read(root) : throw new FhirException(Issue.Structure($"{file}, line 1: a CodeSystem stands there, not a {root.Type.Name}."));
    }

    private static void ReadLine(string file, int number, string line, ConceptCollection concepts)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(line.Length));
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, Encoding.UTF8.GetBytes(line, bytes)));
            ReadConcept(document.RootElement, null, concepts);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, line {number}: it is no concept of a CodeSystem in JSON.")));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static void ReadConcept(JsonElement json, string? parent, ConceptCollection concepts)
    {
        var concept = concepts[json.GetProperty("code").GetString()!];
        if (parent is not null) concept.Parents.Add(parent);
        concept.Display ??= Text(json, "display");
        concept.Definition ??= Text(json, "definition");
        foreach (var designation in Items(json, "designation"))
        {
            var use = designation.TryGetProperty("use", out var coding) ? new ConceptUse(Shared(concepts, Text(coding, "system")), Shared(concepts, Text(coding, "code")), Text(coding, "display")) : null;
            concept.Designations.Add(new Designation(Shared(concepts, Text(designation, "language")), use, designation.GetProperty("value").GetString()!));
        }

        foreach (var property in Items(json, "property")) AddProperty(property, concept, concepts);
        foreach (var extension in Items(json, "extension"))
            if (Text(extension, "url") is { } url && ConceptExtensions.IsKept(url)) concept.Extensions.Add(new ConceptExtension(url, extension.GetRawText()));
        foreach (var child in Items(json, "concept")) ReadConcept(child, concept.Code, concepts);
    }

    private static void AddProperty(JsonElement json, ConceptCollection.Entry concept, ConceptCollection concepts)
    {
        var code = concepts.Pooled(json.GetProperty("code").GetString()!);
        foreach (var member in json.EnumerateObject())
        {
            if (!member.Name.StartsWith("value", StringComparison.Ordinal)) continue;
            var kind = member.Name[5..];
            if (kind == "Coding")
            {
                concept.Properties.Add(new ConceptProperty(code, kind, Text(member.Value, "code") ?? "", Shared(concepts, Text(member.Value, "system")), Text(member.Value, "display")));
                continue;
            }

            var value = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            if (code == "parent") concept.Parents.Add(value);
            else concept.Properties.Add(new ConceptProperty(code, concepts.Pooled(char.ToLowerInvariant(kind[0]) + kind[1..]), concepts.Pooled(value)));
        }
    }

    private static string? Shared(ConceptCollection concepts, string? text) => text is null ? null : concepts.Pooled(text);

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string name) => json.TryGetProperty(name, out var list) ? list.EnumerateArray() : default;
}
