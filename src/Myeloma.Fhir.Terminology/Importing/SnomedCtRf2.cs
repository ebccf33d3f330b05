using System.Globalization;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ExpressionConstraints;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>SNOMED CT in Release Format 2, from the snapshot files: concepts, descriptions, definitions, inferred relationships, language reference sets.</summary>
/// <remarks>
/// https://confluence.ihtsdotools.org/display/DOCRELFMT, and for the form in FHIR https://hl7.org/fhir/R4/snomedct.html. The hierarchy is that of the inferred is-a
/// relationships; every other active one is a property named by its type, with its role group. Inactive concepts are kept and say so. Of reference sets it is kept who is a member, and the target
/// of associations.
/// </remarks>
internal sealed class SnomedCtRf2 : ReleaseFormat
{
    public const string Url = SnomedCt.Url;

    private const string InternationalEdition = "900000000000207008";
        private const string InferredRelationship = "900000000000011006";
    private const string AdditionalRelationship = "900000000000227009";
    private const string Preferred = "900000000000548007";

    public override string Name => "rf2";

    public override bool Recognizes(ReleaseFiles files) => files.Find(IsConcepts) is not null;

    public override CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var concepts = new ConceptCollection();
        var file = GetFile(files, IsConcepts, "a file sct2_Concept_Snapshot_….txt");
        ReadConcepts(files, file, concepts, progress, cancellationToken);
        var preferred = ReadPreferred(files, progress, cancellationToken);
        foreach (var descriptions in files.Names.Where(name => IsSnapshot(name, "sct2_Description_") || IsSnapshot(name, "sct2_TextDefinition_")))
            ReadDescriptions(files, descriptions, concepts, preferred, progress, cancellationToken);
        foreach (var relationships in files.Names.Where(name => IsSnapshot(name, "sct2_Relationship_") || IsSnapshot(name, "sct2_RelationshipConcreteValues_")))
            ReadRelationships(files, relationships, concepts, progress, cancellationToken);

        foreach (var members in files.Names.Where(IsReferenceSet)) ReadMembers(files, members, concepts, progress, cancellationToken);

        return new CodeSystemSource(Url, options.Version ?? VersionOf(file, options.Edition), "complete", concepts.Sources(Name))
        {
            Name = "SNOMED_CT", Title = "SNOMED CT", Status = "active", CaseSensitive = true, HierarchyMeaning = "is-a", ValueSet = Url + "?fhir_vs",
            Properties =
            [
                new("inactive", "http://hl7.org/fhir/concept-properties#inactive", "boolean"), new("sufficientlyDefined", Url + "#sufficientlyDefined", "boolean"),
                new("moduleId", Url + "#moduleId", "code"), new("effectiveTime", "http://hl7.org/fhir/concept-properties#effectiveDate", "dateTime"), new(SnomedCt.MemberOf, null, "code"),
                .. RelationshipTypes(concepts),
            ],
        };
    }

    private static bool IsConcepts(string name) => IsSnapshot(name, "sct2_Concept_");

    /// <summary>Names are like <c>sct2_Concept_Snapshot_INT_20250101.txt</c>, a test release's with an x before.</summary>
    private static bool IsSnapshot(string name, string kind) =>
        FileName(name).TrimStart('x') is var file && file.StartsWith(kind, StringComparison.Ordinal) && file.Contains("Snapshot", StringComparison.Ordinal);

    private static void ReadConcepts(ReleaseFiles files, string file, ConceptCollection concepts, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var fields in ReleaseLines.Read(files, file, '\t', 5, hasHeader: true, cancellationToken))
        {
            var concept = concepts[fields[0]];
            concept.Properties.Add(new ConceptProperty("inactive", "boolean", fields[2] == "1" ? "false" : "true"));
            concept.Properties.Add(new ConceptProperty("sufficientlyDefined", "boolean", fields[4] == SnomedCt.Defined ? "true" : "false"));
            concept.Properties.Add(new ConceptProperty("moduleId", "code", concepts.Pooled(fields[3])));
            concept.Properties.Add(new ConceptProperty("effectiveTime", "dateTime", concepts.Pooled(Date(fields[1]))));
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    /// <summary>The reference sets of languages in which a description is preferred, by the description's id.</summary>
    private static Dictionary<string, List<string>> ReadPreferred(ReleaseFiles files, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var preferred = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var file in files.Names.Where(name => FileName(name).Contains("cRefset_Language", StringComparison.Ordinal) && FileName(name).Contains("Snapshot", StringComparison.Ordinal)))
        {
            foreach (var fields in ReleaseLines.Read(files, file, '\t', 7, hasHeader: true, cancellationToken))
            {
                if (fields[2] != "1" || fields[6] != Preferred) continue;
                if (!preferred.TryGetValue(fields[5], out var sets)) preferred.Add(fields[5], sets = []);
                sets.Add(string.Intern(fields[4]));
            }

            progress?.Report(new ReleaseProgress(file, preferred.Count));
        }

        return preferred;
    }

    /// <summary>The display is the synonym that most reference sets prefer, else the fully specified name; all names are designations, with a language tag for each set that prefers them.</summary>
    private static void ReadDescriptions(
        ReleaseFiles files, string file, ConceptCollection concepts, Dictionary<string, List<string>> preferred, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var fields in ReleaseLines.Read(files, file, '\t', 9, hasHeader: true, cancellationToken))
        {
            if (fields[2] != "1" || concepts.Find(fields[4]) is not { } concept) continue;
            if (fields[6] == SnomedCt.TextDefinition)
            {
                concept.Definition ??= fields[7];
                continue;
            }

            var sets = preferred.GetValueOrDefault(fields[0]);
            var rank = fields[6] == SnomedCt.FullySpecifiedName ? 1 : sets is null ? 0 : 1 + sets.Count;
            if (concept.Display is null || rank > ranks.GetValueOrDefault(concept.Code))
            {
                concept.Display = fields[7];
                ranks[concept.Code] = rank;
            }

            var use = fields[6] == SnomedCt.FullySpecifiedName ? NameUse : SynonymUse;
            concept.Designations.Add(new Designation(concepts.Pooled(fields[5]), use, fields[7]));
            foreach (var set in fields[6] == SnomedCt.FullySpecifiedName ? [] : sets ?? [])
                concept.Designations.Add(new Designation(concepts.Pooled(DialectTag(fields[5], set)), PreferredUse, fields[7]));
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    private static readonly ConceptUse NameUse = new(Url, SnomedCt.FullySpecifiedName, "Fully specified name");
    private static readonly ConceptUse SynonymUse = new(Url, "900000000000013009", "Synonym");
    private static readonly ConceptUse PreferredUse = new("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", "preferredForLanguage", "Preferred For Language");

    /// <summary>A language with a reference set as private subtags of eight digits: <c>en-x-sctlang-90000000-00005090-07</c>.</summary>
    private static string DialectTag(string language, string set) => $"{language}-x-sctlang-{string.Join('-', set.Chunk(8).Select(part => new string(part)))}";

    private static void ReadRelationships(ReleaseFiles files, string file, ConceptCollection concepts, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var fields in ReleaseLines.Read(files, file, '\t', 10, hasHeader: true, cancellationToken))
        {
            if (fields[2] != "1" || fields[8] is not (InferredRelationship or AdditionalRelationship) || concepts.Find(fields[4]) is not { } concept) continue;
            if (fields[7] == SnomedCt.IsA) concept.Parents.Add(fields[5]);
            else concept.Properties.Add(Attribute(concepts, fields[7], fields[5]) with { Group = RoleGroup(file, fields[6]) });
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    private static int RoleGroup(string file, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var group)
        ? group : throw new FhirException(Issue.Structure($"{file}: '{text}' is no number of a role group."));

    /// <summary>All but those of languages, whose members are descriptions.</summary>
    private static bool IsReferenceSet(string name) => FileName(name).TrimStart('x') is var file
        && file.StartsWith("der2_", StringComparison.Ordinal) && file.Contains("Refset_", StringComparison.Ordinal) && file.Contains("Snapshot", StringComparison.Ordinal) && !file.Contains("Refset_Language", StringComparison.Ordinal);

    /// <summary>A member of a reference set has it as a property; one of an association has the target, too, as a property named by the set.</summary>
    private static void ReadMembers(ReleaseFiles files, string file, ConceptCollection concepts, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken)
    {
        var isAssociation = FileName(file).Contains("Refset_Association", StringComparison.Ordinal);
        var seen = new HashSet<(string Set, string Component)>();
        foreach (var fields in ReleaseLines.Read(files, file, '\t', isAssociation ? 7 : 6, hasHeader: true, cancellationToken))
        {
            if (fields[2] != "1" || concepts.Find(fields[5]) is not { } concept) continue;
            var set = concepts.Pooled(fields[4]);
            if (seen.Add((set, concept.Code))) concept.Properties.Add(new ConceptProperty(SnomedCt.MemberOf, "code", set));
            if (isAssociation) concept.Properties.Add(new ConceptProperty(set, "code", concepts.Pooled(fields[6])));
        }

        progress?.Report(new ReleaseProgress(file, concepts.Count));
    }

    /// <summary>A value of the concrete domain is written <c>#10</c> or <c>"text"</c>.</summary>
    private static ConceptProperty Attribute(ConceptCollection concepts, string type, string value) => value switch
    {
        ['#', .. var number] => new ConceptProperty(concepts.Pooled(type), "decimal", number),
        ['"', .. var text, '"'] => new ConceptProperty(concepts.Pooled(type), "string", text),
        _ => new ConceptProperty(concepts.Pooled(type), "code", concepts.Pooled(value)),
    };

    private static IEnumerable<PropertyDefinition> RelationshipTypes(ConceptCollection concepts) =>
        concepts.AttributeTypes(property => property.Length > 5 && char.IsAsciiDigit(property[0])).Select(type => new PropertyDefinition(type.Code, $"http://snomed.info/id/{type.Code}", type.Kind));

    /// <summary><c>http://snomed.info/sct/[module]/version/[date]</c>; the international release tells its edition by its name.</summary>
    private static string VersionOf(string file, string? edition)
    {
        var parts = Path.GetFileNameWithoutExtension(FileName(file)).Split('_');
        var date = parts[^1];
        if (date.Length != 8 || !date.All(char.IsAsciiDigit)) throw new FhirException(Issue.Required($"The name {file} tells no date; name the version."));
        edition ??= parts.Contains("INT") ? InternationalEdition : throw new FhirException(Issue.Required($"{file} is not of the international edition; name the edition (the id of its module) or the version."));
        return $"{Url}/{edition}/version/{date}";
    }

    private static string Date(string time) => time.Length == 8
        && DateOnly.TryParseExact(time, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : time;
}
