using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Loader.Report;

/// <summary>What was read of one document.</summary>
/// <param name="Statements">Facts read, mentions of drugs apart.</param>
/// <param name="InResources">How many of them stand in a resource.</param>
/// <param name="ByKind">Statements by kind, in ordinal order of the kinds.</param>
public sealed record DocumentSummary(
    string FileName, string? Title, int Statements, int InResources, int DrugMentions, IReadOnlyDictionary<string, int> ByKind);

/// <summary>One place of a document and what became of it.</summary>
/// <param name="Kind">The kind of the fact; <c>sentence</c> for one that was not understood.</param>
/// <param name="Words">Cut from the document as they stand, white space and all.</param>
/// <param name="Reason">A sentence, or the resource that the words were merged into.</param>
public sealed record ReportLine(string FileName, Span Span, string Kind, string Words, string Reason);

/// <summary>The account of a load: what was read, merged, left out and why, and what nobody understood.</summary>
/// <param name="Documents">In ordinal order of the file names.</param>
/// <param name="Merged">Places taken for something stated elsewhere too: misspellings, further mentions of a combination.</param>
/// <param name="LeftOut">Statements that stand in no resource, each with the reason.</param>
/// <param name="NotUnderstood">Sentences no rule took anything from.</param>
public sealed record LoadReport(
    IReadOnlyList<DocumentSummary> Documents,
    IReadOnlyList<ReportLine> Merged,
    IReadOnlyList<ReportLine> LeftOut,
    IReadOnlyList<ReportLine> NotUnderstood)
{
    private const string NoHome = "No resource has a place for it.";

    internal static LoadReport Of(MappingContext context)
    {
        var ledger = context.Ledger;
        var documents = new List<DocumentSummary>();
        var leftOut = new List<ReportLine>();
        var notUnderstood = new List<ReportLine>();
        foreach (var document in context.Facts.Documents)
        {
            var statements = document.Facts.Where(fact => fact is not DrugMention).ToList();
            documents.Add(new DocumentSummary(
                document.Document.FileName,
                document.Title,
                statements.Count,
                statements.Count(ledger.IsUsed),
                document.Of<DrugMention>().Count(),
                new SortedDictionary<string, int>(statements.CountBy(fact => fact.Kind).ToDictionary(), StringComparer.Ordinal)));
            leftOut.AddRange(statements.Where(fact => !ledger.IsUsed(fact))
                .Select(fact => Line(document, fact.Span, fact.Kind, ledger.ReasonLeftOut(fact) ?? NoHome)));
            notUnderstood.AddRange(document.NotUnderstood.Select(sentence => Line(document, sentence.Span, "sentence", sentence.Reason)));
        }

        var merged = ledger.Merged
            .Select(merge => Line(merge.Place.In, merge.Place.Span, merge.Place.Fact.Kind, merge.Into))
            .OrderBy(line => line.FileName, StringComparer.Ordinal).ThenBy(line => line.Span.Start);
        return new LoadReport(documents, [.. merged], leftOut, notUnderstood);
    }

    /// <summary>For a person at a terminal: a table a document, then the lists, each line with its place. Lines end with a line feed.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var document in Documents)
        {
            text.Append(CultureInfo.InvariantCulture, $"{document.FileName}: {document.Statements} statements read, {document.InResources} in resources, {document.DrugMentions} mentions of drugs\n");
            var width = document.ByKind.Keys.Select(kind => kind.Length).DefaultIfEmpty(0).Max();
            foreach (var (kind, count) in document.ByKind)
                text.Append(CultureInfo.InvariantCulture, $"  {kind.PadRight(width)}  {count,4}\n");
        }

        Append(text, "Merged", Merged);
        Append(text, "Left out", LeftOut);
        Append(text, "Not understood", NotUnderstood);
        return text.ToString();
    }

    /// <summary>The same as an OperationOutcome of informational issues, each with its place as <c>derivation-reference</c>.</summary>
    /// <remarks>https://hl7.org/fhir/R4/operationoutcome.html</remarks>
    public byte[] ToOperationOutcome()
    {
        var issues = new JsonArray();
        foreach (var document in Documents)
            issues.Add(Issue("informational", $"{document.FileName}: {document.Statements} statements read, {document.InResources} in resources, {document.DrugMentions} mentions of drugs."));
        Add(issues, "Merged", "informational", Merged);
        Add(issues, "Left out", "informational", LeftOut);
        Add(issues, "Not understood", "incomplete", NotUnderstood);
        if (issues.Count == 0) issues.Add(Issue("informational", "No document was read."));

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
            new JsonObject { ["resourceType"] = "OperationOutcome", ["issue"] = issues }.WriteTo(writer);
        return stream.ToArray();
    }

    private static ReportLine Line(DocumentFacts document, Span span, string kind, string reason) =>
        new(document.Document.FileName, span, kind, span.Of(document.Document.Text), reason);

    private static void Append(StringBuilder text, string heading, IReadOnlyList<ReportLine> lines)
    {
        if (lines.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"{heading}: {lines.Count}\n");
        foreach (var line in lines)
            text.Append(CultureInfo.InvariantCulture, $"  {line.FileName} {line.Span} {line.Kind}: \"{OneLine(line.Words)}\" - {line.Reason}\n");
    }

    private static void Add(JsonArray issues, string what, string code, IReadOnlyList<ReportLine> lines)
    {
        foreach (var line in lines)
        {
            var issue = Issue(code, $"{what}: {line.Kind} at {line.Span} of {line.FileName}, \"{OneLine(line.Words)}\". {line.Reason}");
            issue.Insert(0, "extension", new JsonArray(DerivationReference.Of(line.FileName, line.Span)));
            issues.Add(issue);
        }
    }

    private static JsonObject Issue(string code, string diagnostics) =>
        new() { ["severity"] = "information", ["code"] = code, ["diagnostics"] = diagnostics };

    private static string OneLine(string words) => string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
