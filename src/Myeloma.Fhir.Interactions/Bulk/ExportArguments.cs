using System.Globalization;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>Reads the parameters of an export. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters</summary>
internal static class ExportArguments
{
    /// <summary>Parameters of the guide that this server does nothing about.</summary>
    private static readonly string[] NotOffered = ["includeAssociatedData", "organizeOutputBy"];

    /// <exception cref="FhirException">All faults together.</exception>
    public static ExportRequest Read(OperationRequest request)
    {
        List<Issue> issues = [];
        foreach (var name in NotOffered)
            if (!request.Context.IsLenient && request.Arguments(name).Any())
                issues.Add(Issue.NotSupported($"The parameter '{name}' is not offered; leave it out, or send Prefer: handling=lenient to have it passed over."));
        if (request.Text("_outputFormat") is { } format && !BulkPlace.Formats.Contains(format.Replace(' ', '+')))
            issues.Add(Issue.NotSupported($"Files are written as {BulkPlace.MediaType}, not as '{format}'."));

        var types = Parts(request.Texts("_type"));
        foreach (var type in types) CheckType(type, request.Type, issues);
        var patients = Patients(request, issues);
        if (issues.Count > 0) throw new FhirException(issues);
        return new ExportRequest(
            request.Context.RequestUrl ?? $"{request.Context.BaseUrl}/{request.Definition.Name}", request.Context.BaseUrl, request.Type,
            [.. types.Distinct()], [.. request.Texts("_typeFilter").SelectMany(Filters)], Parts(request.Texts("_elements")), InstantOf(request.Text("_since")), patients);
    }

    private static void CheckType(string type, string? own, List<Issue> issues)
    {
        if (!R4Schema.Instance.IsResourceType(type))
            issues.Add(Issue.Invalid($"'{type}' of _type is not a resource type of FHIR R4."));
        else if (own == PatientCompartment.Owner && !PatientCompartment.Types.Contains(type))
            issues.Add(Issue.Invalid($"{type} of _type does not belong to patients; export it by $export of the system or of its own type."));
        else if (own is not null and not PatientCompartment.Owner && type != own)
            issues.Add(Issue.Invalid($"{type} of _type is not {own}, which the URL names; export both by $export of the system."));
    }

    private static List<string>? Patients(OperationRequest request, List<Issue> issues)
    {
        List<string>? ids = null;
        foreach (var argument in request.Arguments("patient"))
        {
            if (request.Type != PatientCompartment.Owner)
            {
                issues.Add(Issue.Invalid("The parameter 'patient' goes with Patient/$export only.", argument.Expression));
                break;
            }

            var reference = argument.Parameter?.Child("value")?.TextOf("reference") ?? "";
            if (reference.StartsWith(request.Context.BaseUrl + "/", StringComparison.Ordinal)) reference = reference[(request.Context.BaseUrl.Length + 1)..];
            if (reference.StartsWith("Patient/", StringComparison.Ordinal)) (ids ??= []).Add(reference["Patient/".Length..]);
            else issues.Add(Issue.Invalid("The parameter 'patient' is a reference to a Patient of this server, like 'Patient/1'.", argument.Expression));
        }

        return ids;
    }

    /// <summary>Several may stand in one, with commas between; commas also stand in searches, but not before a type and a question mark.</summary>
    private static IEnumerable<string> Filters(string text)
    {
        var start = 0;
        for (var comma = text.IndexOf(','); comma >= 0; comma = text.IndexOf(',', comma + 1))
        {
            var mark = text.IndexOf('?', comma);
            if (mark < 0 || !R4Schema.Instance.IsResourceType(text[(comma + 1)..mark])) continue;
            yield return text[start..comma];
            start = comma + 1;
        }

        yield return text[start..];
    }

    private static List<string> Parts(IReadOnlyList<string> texts) =>
        [.. texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static DateTimeOffset? InstantOf(string? text) =>
        text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
