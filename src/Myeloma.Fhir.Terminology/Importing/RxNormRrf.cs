using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>RxNorm in Rich Release Format: its own names, their term types, the relations between concepts and their semantic types.</summary>
/// <remarks>https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html; the form in FHIR: https://hl7.org/fhir/R4/rxnorm.html. Concepts have no hierarchy; relations are properties.</remarks>
internal sealed class RxNormRrf : ReleaseFormat
{
    /// <summary>Term types that only name a concept in another way.</summary>
    private static readonly HashSet<string> Synonyms = new(StringComparer.Ordinal) { "SY", "TMSY", "PSN", "ET" };

    public override string Name => "rrf";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsNames) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection();
        var file = GetFile(files, IsNames, "a file RXNCONSO.RRF");
        foreach (var fields in ReleaseLines.Read(files, file, '|', 18, hasHeader: false, cancellationToken)) ReadName(fields, concepts);
        progress?.Report(new ReleaseProgress(file, concepts.Count));
        ReadOthers(files, "RXNREL.RRF", 16, fields => ReadRelation(fields, concepts), concepts, progress, cancellationToken);
        ReadOthers(files, "RXNSTY.RRF", 4, fields => concepts.Find(fields[0])?.Add("STY", "string", concepts.Pooled(fields[3])), concepts, progress, cancellationToken);
        return new CodeSystemSource("http://www.nlm.nih.gov/research/umls/rxnorm", options.Version ?? VersionOf(files, cancellationToken), "complete", concepts.Sources(Name))
        {
            Name = "RxNorm", Title = "RxNorm", Status = "active", CaseSensitive = true, ValueSet = "http://www.nlm.nih.gov/research/umls/rxnorm/vs",
            Properties =
            [
                new("inactive", "http://hl7.org/fhir/concept-properties#inactive", "boolean"), new("TTY", null, "code"), new("STY", null, "string"),
                .. concepts.AttributeTypes(property => property is not ("inactive" or "TTY" or "STY")).Select(type => new PropertyDefinition(type.Code, null, type.Kind)),
            ],
        };
    }

    private static bool IsNames(string name) => FileName(name).Equals("RXNCONSO.RRF", StringComparison.OrdinalIgnoreCase);

    /// <summary>RXCUI|LAT|TS|LUI|STT|SUI|ISPREF|RXAUI|SAUI|SCUI|SDUI|SAB|TTY|CODE|STR|SRL|SUPPRESS|CVF, of the vocabulary's own atoms.</summary>
    private static void ReadName(string[] fields, ConceptCollection concepts)
    {
        if (fields[11] != "RXNORM") return;
        var concept = concepts[fields[0]];
        if (Synonyms.Contains(fields[12]))
        {
            concept.Display ??= fields[14];
            concept.Designations.Add(new Designation("en", new ConceptUse(null, fields[12], null), fields[14]));
            return;
        }

        concept.Display = fields[14];
        concept.Add("TTY", "code", concepts.Pooled(fields[12]));
        if (fields[16] is "O" or "E" or "Y") concept.Add("inactive", "boolean", "true");
    }

    /// <summary>RXCUI1|RXAUI1|STYPE1|REL|RXCUI2|RXAUI2|STYPE2|RELA|…: the second concept has the relation to the first.</summary>
    private static void ReadRelation(string[] fields, ConceptCollection concepts)
    {
        if (fields[10] != "RXNORM" || fields[7].Length == 0 || fields[0].Length == 0 || fields[14] is "O" or "E" or "Y") return;
        concepts.Find(fields[4])?.Add(concepts.Pooled(fields[7]), "code", concepts.Pooled(fields[0]));
    }

    private static void ReadOthers(
        ReleaseFiles files, string name, int fields, Action<string[]> read, ConceptCollection concepts, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        if (files.Find(path => FileName(path).Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } file) return;
        foreach (var line in ReleaseLines.Read(files, file, '|', fields, hasHeader: false, cancellationToken)) read(line);
        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    /// <summary>VCUI|RCUI|VSAB|RSAB|SON|SF|SVER|… of RXNSAB.RRF; null when that file is not there.</summary>
    private static string? VersionOf(ReleaseFiles files, CancellationToken cancellationToken)
    {
        if (files.Find(path => FileName(path).Equals("RXNSAB.RRF", StringComparison.OrdinalIgnoreCase)) is not { } file) return null;
        return ReleaseLines.Read(files, file, '|', 7, hasHeader: false, cancellationToken).FirstOrDefault(fields => fields[3] == "RXNORM") is { } own && own[6].Length > 0 ? own[6] : null;
    }
}
