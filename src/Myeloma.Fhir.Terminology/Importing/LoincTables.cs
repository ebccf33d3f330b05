using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>LOINC as published: the table of terms, and where they are there parts, answers and the hierarchy by system.</summary>
/// <remarks>The form in FHIR: https://hl7.org/fhir/R4/loinc.html</remarks>
internal sealed class LoincTables : ReleaseFormat
{
    /// <summary>Columns that are properties of a term, as FHIR names them; the column has the same name.</summary>
    private static readonly string[] TermProperties =
        ["STATUS", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP", "CLASS", "CLASSTYPE", "ORDER_OBS", "VersionFirstReleased", "VersionLastChanged"];

    public override string Name => "loinc";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsTerms) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection(StringComparer.OrdinalIgnoreCase);
        var file = GetFile(files, IsTerms, "a file Loinc.csv");
        foreach (var row in TableRows.Read(files, file, cancellationToken)) ReadTerm(row, concepts);
        progress?.Report(new ReleaseProgress(file, concepts.Count));
        ReadOthers(files, "Part.csv", row => ReadPart(row, concepts), concepts, progress, cancellationToken);
        ReadOthers(files, "AnswerList.csv", row => ReadAnswer(row, concepts), concepts, progress, cancellationToken);
        ReadOthers(files, "ComponentHierarchyBySystem.csv", row => ReadPlace(row, concepts), concepts, progress, cancellationToken);
        return new CodeSystemSource("http://loinc.org", options.Version ?? VersionOf(files), "complete", concepts.Sources(Name))
        {
            Name = "LOINC", Title = "Logical Observation Identifiers, Names and Codes", Status = "active", CaseSensitive = false, HierarchyMeaning = "is-a", ValueSet = "http://loinc.org/vs",
            Properties =
            [
                new("inactive", "http://hl7.org/fhir/concept-properties#inactive", "boolean"),
                .. TermProperties.Select(property => new PropertyDefinition(property, $"http://loinc.org/property/{property}", "string")),
                new("answer-list", "http://loinc.org/property/answer-list", "code"), new("answers", "http://loinc.org/property/answers", "code"),
            ],
        };
    }

    private static bool IsTerms(string name) => FileName(name).Equals("Loinc.csv", StringComparison.OrdinalIgnoreCase);

    private static void ReadTerm(TableRow row, ConceptCollection concepts)
    {
        var concept = concepts[row["LOINC_NUM"]];
        concept.Display = Stated(row["LONG_COMMON_NAME"]) ?? Stated(row["SHORTNAME"]);
        concept.Definition = Stated(row["DefinitionDescription"]);
        foreach (var property in TermProperties) concept.Add(property, "string", concepts.Pooled(row[property]));
        if (row["STATUS"] == "DEPRECATED") concept.Add("inactive", "boolean", "true");
        foreach (var name in new[] { "SHORTNAME", "CONSUMER_NAME", "DisplayName" })
            if (Stated(row[name]) is { } value && value != concept.Display) concept.Designations.Add(new Designation("en", new ConceptUse("http://loinc.org", name, null), value));
    }

    private static void ReadPart(TableRow row, ConceptCollection concepts)
    {
        var concept = concepts[row["PartNumber"]];
        concept.Display ??= Stated(row["PartDisplayName"]) ?? Stated(row["PartName"]);
        concept.Add("STATUS", "string", concepts.Pooled(row["Status"]));
        if (row["Status"] == "DEPRECATED") concept.Add("inactive", "boolean", "true");
    }

    private static void ReadAnswer(TableRow row, ConceptCollection concepts)
    {
        var list = concepts[row["AnswerListId"]];
        list.Display ??= Stated(row["AnswerListName"]);
        if (Stated(row["AnswerStringId"]) is not { } code) return;
        concepts[code].Display ??= Stated(row["DisplayText"]);
        list.Add("answers", "code", code);
        concepts[code].Add("answer-list", "code", list.Code);
    }

    private static void ReadPlace(TableRow row, ConceptCollection concepts)
    {
        var concept = concepts[row["CODE"]];
        concept.Display ??= Stated(row["CODE_TEXT"]);
        if (Stated(row["IMMEDIATE_PARENT"]) is { } parent) concept.Parents.Add(parent);
    }

    private static void ReadOthers(
        ReleaseFiles files, string name, Action<TableRow> read, ConceptCollection concepts, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        if (files.Find(path => FileName(path).Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } file) return;
        foreach (var row in TableRows.Read(files, file, cancellationToken)) read(row);
        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    /// <summary>Of the folder or the readme that carries it, like <c>Loinc_2.78</c>; null when none does.</summary>
    private static string? VersionOf(ReleaseFiles files) => files.Names.Select(ReleaseVersion.Behind("loinc_")).FirstOrDefault(version => version is not null);

    private static string? Stated(string text) => text.Length == 0 ? null : text;
}
