using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>What the release does not say by itself.</summary>
/// <param name="Url">Canonical of the code system, where the format is not that of one system only; else null for the system's own.</param>
/// <param name="Version">Null: as the release says.</param>
/// <param name="Edition">Of SNOMED CT: the module that names the edition; null for the one that the release's name tells.</param>
/// <param name="Columns">Of a table: which column is what.</param>
public sealed record ReleaseOptions(string? Url = null, string? Version = null, string? Edition = null, TableColumns? Columns = null);

/// <summary>How far a release is read.</summary>
/// <param name="File">The file that is read.</param>
/// <param name="Concepts">Concepts met so far.</param>
public readonly record struct ReleaseProgress(string File, int Concepts);

/// <summary>A form in which a terminology is published.</summary>
public abstract class ReleaseFormat
{
    /// <summary>All of them, those first that know their releases by their names.</summary>
    public static readonly IReadOnlyList<ReleaseFormat> All =
        [new SnomedCtRf2(), new LoincTables(), new RxNormRrf(), new NcitFlatFile(), new Icd10CmOrderFile(), new UniiRecords(), new AtcTable(), new ClaMl(), new ConceptLines(), new ConceptTable()];

    /// <summary>By which a caller chooses: <c>rf2</c>, <c>loinc</c>, <c>rrf</c>, …</summary>
    public abstract string Name { get; }

    /// <summary>Whether the files look like a release of this form.</summary>
    public abstract bool Recognizes(ReleaseFiles files);

    /// <summary>Reads the whole release.</summary>
    /// <returns>The code system, concepts in the order they are published.</returns>
    /// <exception cref="FhirException"><c>structure</c>: a file is missing or damaged; <c>required</c>: what the release does not say is not among the options.</exception>
    public abstract CodeSystemSource Read(ReleaseFiles files, ReleaseOptions options, IProgress<ReleaseProgress>? progress, CancellationToken cancellationToken);

    /// <summary>The form of a name; null for one that is recognized.</summary>
    /// <exception cref="FhirException"><c>not-supported</c>: no such form; <c>structure</c>: none recognizes the files.</exception>
    public static ReleaseFormat Get(string? name, ReleaseFiles files) => name is not null
        ? All.FirstOrDefault(format => format.Name == name)
            ?? throw new FhirException(Issue.NotSupported($"'{name}' is no form of a terminology's release that is known here; {string.Join(", ", All.Select(format => format.Name))} are."))
        : All.FirstOrDefault(format => format.Recognizes(files))
            ?? throw new FhirException(Issue.Structure($"The files look like no release that is known here ({string.Join(", ", All.Select(format => format.Name))}); name the form."));

    /// <exception cref="FhirException"><c>structure</c>: no such file.</exception>
    protected string GetFile(ReleaseFiles files, Func<string, bool> condition, string what) =>
        files.Find(condition) ?? throw new FhirException(Issue.Structure($"A release of the form {Name} has {what}; there is none."));

    protected static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
