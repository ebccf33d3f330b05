using System.IO.Compression;
using System.Text;

namespace Myeloma.Fhir.TestSupport;

/// <summary>A small release in the form of SNOMED CT (RF2, snapshot files) with content of a test's own: none of SNOMED CT's, but for its model.</summary>
/// <param name="date">Eight digits.</param>
public sealed class SnomedCtRelease(string date = "20250101")
{
    public const string Root = "138875005", Module = "900000000000207008", FindingSite = "363698007", Morphology = "116676008", Strength = "1142135004";
    public const string SameAs = "900000000000527005", ReplacedBy = "900000000000526001", UsEnglish = "900000000000509007";

    private const string Primitive = "900000000000074008", Defined = "900000000000073002", Inferred = "900000000000011006", Modifier = "900000000000451002", Case = "900000000000448009";

    private readonly List<string> concepts = ["id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId"];
    private readonly List<string> descriptions = ["id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId"];
    private readonly List<string> definitions = ["id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId"];
    private readonly List<string> relationships = ["id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId"];
    private readonly List<string> values = ["id\teffectiveTime\tactive\tmoduleId\tsourceId\tvalue\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId"];
    private readonly List<string> languages = ["id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId"];
    private readonly List<string> members = ["id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId"];
    private readonly List<string> associations = ["id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId"];
    private int next = 1;

    /// <param name="name">The fully specified name; the synonym is what stands before the bracket.</param>
    public SnomedCtRelease Concept(string id, string name, string[] parents, bool isActive = true, bool isDefined = false, string time = "20200131", string module = Module)
    {
        concepts.Add($"{id}\t{time}\t{(isActive ? 1 : 0)}\t{module}\t{(isDefined ? Defined : Primitive)}");
        descriptions.Add($"{next++}\t{time}\t1\t{Module}\t{id}\ten\t900000000000003001\t{name}\t{Case}");
        languages.Add($"{next}\t{time}\t1\t{Module}\t{UsEnglish}\t{next}\t900000000000548007");
        descriptions.Add($"{next++}\t{time}\t1\t{Module}\t{id}\ten\t900000000000013009\t{name.Split(" (")[0]}\t{Case}");
        foreach (var parent in parents) Relationship(id, 0, "116680003", parent);
        return this;
    }

    public SnomedCtRelease Synonym(string id, string language, string term)
    {
        descriptions.Add($"{next++}\t20200131\t1\t{Module}\t{id}\t{language}\t900000000000013009\t{term}\t{Case}");
        return this;
    }

    public SnomedCtRelease Definition(string id, string term)
    {
        definitions.Add($"{next++}\t20200131\t1\t{Module}\t{id}\ten\t900000000000550004\t{term}\t{Case}");
        return this;
    }

    public SnomedCtRelease Relationship(string source, int group, string type, string destination)
    {
        relationships.Add($"{next++}\t20200131\t1\t{Module}\t{source}\t{destination}\t{group}\t{type}\t{Inferred}\t{Modifier}");
        return this;
    }

    /// <param name="value">As RF2 writes it: <c>#10</c>, <c>"text"</c>.</param>
    public SnomedCtRelease Value(string source, int group, string type, string value)
    {
        values.Add($"{next++}\t20200131\t1\t{Module}\t{source}\t{value}\t{group}\t{type}\t{Inferred}\t{Modifier}");
        return this;
    }

    public SnomedCtRelease Member(string set, string component, bool isActive = true)
    {
        members.Add($"{next++}\t20200131\t{(isActive ? 1 : 0)}\t{Module}\t{set}\t{component}");
        return this;
    }

    public SnomedCtRelease Association(string set, string component, string target)
    {
        associations.Add($"{next++}\t20200131\t1\t{Module}\t{set}\t{component}\t{target}");
        return this;
    }

    /// <returns>A zip with the folders and names of the international edition.</returns>
    public byte[] ToZip()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, lines) in ((string, List<string>)[])[
                ("Terminology/sct2_Concept_Snapshot_INT", concepts), ("Terminology/sct2_Description_Snapshot-en_INT", descriptions), ("Terminology/sct2_TextDefinition_Snapshot-en_INT", definitions),
                ("Terminology/sct2_Relationship_Snapshot_INT", relationships), ("Terminology/sct2_RelationshipConcreteValues_Snapshot_INT", values),
                ("Refset/Language/der2_cRefset_LanguageSnapshot-en_INT", languages), ("Refset/Content/der2_Refset_SimpleSnapshot_INT", members), ("Refset/Content/der2_cRefset_AssociationSnapshot_INT", associations)])
            {
                using var entry = archive.CreateEntry($"SnomedCT_Test/Snapshot/{name}_{date}.txt").Open();
                entry.Write(Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n"));
            }
        }

        return stream.ToArray();
    }
}
