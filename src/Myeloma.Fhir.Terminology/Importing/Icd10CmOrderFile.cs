using System.Text;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>ICD-10-CM as its order file: a line a code, headers among them, in columns of fixed width.</summary>
/// <remarks>
/// Columns: order 1 to 5, code 7 to 13 without its dot, 15 whether it may be used (1) or is a header (0), short name 17 to 76, long name from 78. A code stands below the
/// longest other code that it begins with. https://hl7.org/fhir/R4/icd.html
/// </remarks>
internal sealed class Icd10CmOrderFile : ReleaseFormat
{
    public override string Name => "icd-10-cm";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsOrder) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection(StringComparer.OrdinalIgnoreCase);
        var file = GetFile(files, IsOrder, "a file icd10cm_order_….txt");
        using var reader = new StreamReader(files.Open(file), Encoding.UTF8);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (line.Length == 0) continue;
            if (line.Length < 17) throw new FhirException(Issue.Structure(FormattableString.Invariant($"{file}, line {number}: the columns of an order file are missing.")));
            ReadCode(line, concepts);
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
        return new CodeSystemSource("http://hl7.org/fhir/sid/icd-10-cm", options.Version ?? ReleaseVersion.Behind("order_")(file) ?? ReleaseVersion.Behind("order-")(file), "complete", concepts.Sources(Name))
        {
            Name = "ICD10CM", Title = "ICD-10-CM", Status = "active", CaseSensitive = false, HierarchyMeaning = "classified-with",
            Properties = [new("notSelectable", "http://hl7.org/fhir/concept-properties#notSelectable", "boolean")],
        };
    }

    private static bool IsOrder(string name) =>
        FileName(name) is var file && file.StartsWith("icd10cm", StringComparison.OrdinalIgnoreCase) && file.Contains("order", StringComparison.OrdinalIgnoreCase) && !file.Contains("addenda", StringComparison.OrdinalIgnoreCase);

    private static void ReadCode(string line, ConceptCollection concepts)
    {
        var code = Dotted(line[6..13].Trim());
        var concept = concepts[code];
        var shortName = line[16..Math.Min(line.Length, 76)].Trim();
        concept.Display = line.Length > 77 ? line[77..].Trim() : shortName;
        if (shortName != concept.Display && shortName.Length > 0) concept.Designations.Add(new Designation("en", new ConceptUse(null, "short", null), shortName));
        if (line[14] == '0') concept.Add("notSelectable", "boolean", "true");
        for (var length = code.Length - 1; length >= 3; length--)
        {
            if (!concepts.Contains(code[..length].TrimEnd('.'))) continue;
            concept.Parents.Add(code[..length].TrimEnd('.'));
            return;
        }
    }

    private static string Dotted(string code) => code.Length > 3 ? $"{code[..3]}.{code[3..]}" : code;
}
