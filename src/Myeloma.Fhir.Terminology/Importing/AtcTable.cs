using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>The Anatomical Therapeutic Chemical classification as a table of codes and names; a code of one of its five levels stands below the one it begins with.</summary>
internal sealed class AtcTable : ReleaseFormat
{
    private static readonly int[] Levels = [1, 3, 4, 5, 7];

    public override string Name => "atc";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsTable) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection();
        var file = GetFile(files, name => IsTable(name) || files.Names.Count == 1, "a table whose name begins with ATC");
        foreach (var row in TableRows.Read(files, file, cancellationToken))
        {
            var code = row["ATC code"] is { Length: > 0 } written ? written : row.Get("code");
            var concept = concepts[code];
            concept.Display ??= row["ATC level name"] is { Length: > 0 } name ? name : row["name"];
            if (row["DDD"] is { Length: > 0 } dose) concept.Add("DDD", "string", $"{dose} {row["U"]} {row["Adm.R"]}".Trim());
            var level = Array.IndexOf(Levels, code.Length);
            if (level > 0) concept.Parents.Add(code[..Levels[level - 1]]);
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return new CodeSystemSource("http://www.whocc.no/atc", options.Version ?? ReleaseVersion.Behind("atc_")(file), "complete", concepts.Sources(Name))
        {
            Name = "ATC", Title = "Anatomical Therapeutic Chemical classification", Status = "active", CaseSensitive = true, HierarchyMeaning = "is-a",
            Properties = [new("DDD", null, "string")],
        };
    }

    private static bool IsTable(string name) =>
        FileName(name) is var file && file.StartsWith("atc", StringComparison.OrdinalIgnoreCase) && (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase));
}
