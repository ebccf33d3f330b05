using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Validation.Tests.Conformance;

/// <summary>One case of the validation suite of FHIR/fhir-test-cases.</summary>
public sealed record ValidationCase(string Name, string File, IReadOnlyList<string> Load, string? Profile, bool Valid, SecondOpinion? SecondOpinion, IReadOnlyList<string>? SystemsOutsideR4, IReadOnlyList<ReferenceIssue>? Reference)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    private static string Folder => ConformanceFolder.Suite("validate");

    /// <summary>Cases that need nothing outside R4 and on which two implementations agree.</summary>
    public bool IsUndisputed => SystemsOutsideR4 is null or [] && SecondOpinion?.Valid == Valid;

    /// <summary>Where the reference implementation has errors, one for each.</summary>
    public IEnumerable<string> ReferenceErrors => (Reference ?? []).Where(issue => issue.Severity is "error" or "fatal").Select(issue => issue.Expression);

    public static IReadOnlyList<ValidationCase> ReadAll()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder, "cases.json")));
        return document.RootElement.GetProperty("cases").Deserialize<List<ValidationCase>>(Options)!;
    }

    /// <returns>Null when the case can't be run: a file of it is not readable.</returns>
    public bool? Run() => Errors() is { } errors ? errors.Count == 0 : null;

    /// <summary>Where we have errors; none when the case can't be run.</summary>
    public IEnumerable<string> ErrorExpressions() => (Errors() ?? []).Select(issue => issue.Expression).OfType<string>();

    private List<Issue>? Errors()
    {
        try
        {
            var loaded = Load.Select(Read).SelectMany(Unbundled).ToList();
            var validator = new Validator(new ValidatorSettings { Definitions = Sample.Source(loaded) });
            return [.. Issues(validator, loaded).Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)];
        }
        catch (FhirException)
        {
            return null;
        }
    }

    /// <summary>What is found with the profiles of the case as differentials and as the snapshots made of them.</summary>
    /// <returns>Null when the case can't be run, or none of its profiles has a differential.</returns>
    public (string[] WithDifferentials, string[] WithSnapshots, string[] WithoutSnapshot)? RunBothWays()
    {
        List<ResourceDocument> loaded;
        try
        {
            loaded = Load.Select(Read).SelectMany(Unbundled).ToList();
            Read(File);
        }
        catch (FhirException)
        {
            return null;
        }

        var differentials = loaded.ConvertAll(OneView.Differential);
        if (!differentials.Exists(OneView.HasDifferential)) return null;
        var (source, failed) = (Sample.Source(differentials), new List<string>());
        var snapshots = differentials.ConvertAll(each => OneView.HasDifferential(each) ? OneView.Snapshot(each, source, failed) : each);
        return (Found(differentials), Found(snapshots), [.. failed]);

        string[] Found(List<ResourceDocument> definitions) =>
            [.. Sample.Shown(Issues(new Validator(new ValidatorSettings { Definitions = Sample.Source(definitions) }), definitions)).Order(StringComparer.Ordinal)];
    }

    private IReadOnlyList<Issue> Issues(Validator validator, List<ResourceDocument> loaded)
    {
        try
        {
            return validator.Validate(Read(File), new ValidationOptions
            {
                Profiles = Profile is null ? [] : [Profile],
                ResolveReference = reference => loaded.Find(resource => $"{resource.ResourceType}/{resource.Id}" == reference),
            });
        }
        catch (FhirException exception)
        {
            return exception.Issues;
        }
    }

    private static ResourceDocument Read(string file)
    {
        var bytes = System.IO.File.ReadAllBytes(Path.Combine(Folder, "files", file));
        return ResourceDocument.Parse(file.EndsWith(".xml", StringComparison.Ordinal) ? XmlReading.ToJson(bytes) : bytes);
    }

    private static IEnumerable<ResourceDocument> Unbundled(ResourceDocument document) => document.ResourceType == "Bundle"
        ? document.Root.Children("entry").ToList().Select(entry => entry.Child("resource")).OfType<Element>().Select(resource => ResourceDocument.Parse(resource.RawValue.ToArray()))
        : [document];
}

/// <summary>What another implementation said.</summary>
public sealed record SecondOpinion(bool Valid);

/// <summary>What the reference implementation said.</summary>
public sealed record ReferenceIssue(string Severity, string Expression);
