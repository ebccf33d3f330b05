using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>The NCI Thesaurus as its flat file: a line a concept, with parents and synonyms between bars.</summary>
/// <remarks>Columns: code, IRI, parents, synonyms (the preferred one first), definition, display name, status, semantic type. No header.</remarks>
internal sealed class NcitFlatFile : ReleaseFormat
{
    public override string Name => "ncit";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsThesaurus) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection();
        var file = GetFile(files, IsThesaurus, "a file Thesaurus.txt");
        foreach (var fields in ReleaseLines.Read(files, file, '\t', 8, hasHeader: false, cancellationToken)) ReadConcept(fields, concepts);
        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return new CodeSystemSource("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", options.Version ?? ReleaseVersion.Behind("thesaurus_")(file), "complete", concepts.Sources(Name))
        {
            Name = "NCIt", Title = "NCI Thesaurus", Status = "active", CaseSensitive = true, HierarchyMeaning = "is-a",
            Properties =
            [
                new("inactive", "http://hl7.org/fhir/concept-properties#inactive", "boolean"), new("status", "http://hl7.org/fhir/concept-properties#status", "string"), new("Semantic_Type", null, "string"),
            ],
        };
    }

    private static bool IsThesaurus(string name) =>
        FileName(name) is var file && file.StartsWith("Thesaurus", StringComparison.OrdinalIgnoreCase) && file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

    private static void ReadConcept(string[] fields, ConceptCollection concepts)
    {
        var concept = concepts[fields[0]];
        var synonyms = fields[3].Split('|', StringSplitOptions.RemoveEmptyEntries);
        concept.Display = fields[5].Length > 0 ? fields[5] : synonyms.Length > 0 ? synonyms[0] : null;
        concept.Definition = fields[4].Length > 0 ? fields[4] : null;
        concept.Parents.AddRange(fields[2].Split('|', StringSplitOptions.RemoveEmptyEntries));
        foreach (var synonym in synonyms.Where(synonym => synonym != concept.Display)) concept.Designations.Add(new Designation("en", null, synonym));
        concept.Add("status", "string", concepts.Pooled(fields[6]));
        if (fields[6].Contains("Retired", StringComparison.Ordinal) || fields[6].Contains("Obsolete", StringComparison.Ordinal)) concept.Add("inactive", "boolean", "true");
        foreach (var type in fields[7].Split('|', StringSplitOptions.RemoveEmptyEntries)) concept.Add("Semantic_Type", "string", concepts.Pooled(type));
    }
}
