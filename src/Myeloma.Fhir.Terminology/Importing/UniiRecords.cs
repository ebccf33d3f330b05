using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Unique Ingredient Identifiers as the FDA publishes them: the table of records, and the table of names where it is there.</summary>
internal sealed class UniiRecords : ReleaseFormat
{
    /// <summary>Columns with identifiers that others gave to the substance.</summary>
    private static readonly string[] Identifiers = ["RN", "EC", "NCIT", "RXCUI", "PUBCHEM", "INCHIKEY", "INGREDIENT_TYPE"];

    public override string Name => "unii";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsRecords) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection();
        var file = GetFile(files, IsRecords, "a file UNII_Records….txt");
        foreach (var row in TableRows.Read(files, file, cancellationToken))
        {
            var concept = concepts[row.Get("UNII")];
            concept.Display = row["Display Name"] is { Length: > 0 } name ? name : row["PT"];
            foreach (var identifier in Identifiers) concept.Add(identifier, "string", row[identifier]);
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        if (files.Find(name => FileName(name).StartsWith("UNII_Names", StringComparison.OrdinalIgnoreCase)) is { } names)
            foreach (var row in TableRows.Read(files, names, cancellationToken))
                if (concepts.Find(row.Get("UNII")) is { } concept && row["Name"] is { Length: > 0 } name && name != concept.Display) concept.Designations.Add(new Designation("en", null, name));
        return new CodeSystemSource("http://fdasis.nlm.nih.gov", options.Version, "complete", concepts.Sources(Name))
        {
            Name = "UNII", Title = "Unique Ingredient Identifiers", Status = "active", CaseSensitive = true,
            Properties = [.. Identifiers.Select(identifier => new PropertyDefinition(identifier, null, "string"))],
        };
    }

    private static bool IsRecords(string name) => FileName(name).StartsWith("UNII_Records", StringComparison.OrdinalIgnoreCase);
}
