using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary><c>$package</c>: an artifact with everything it depends on, as one Bundle that can be sent to another server.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/OperationDefinition-crmi-package.html. Nothing is stored.</remarks>
internal sealed class PackageOperation(ArtifactAccess access, ExpandedValueSets expansions) : IOperation
{
    private static readonly string[] Capabilities = ["computable", "executable", "publishable"];

    public OperationDefinition Definition { get; } = ArtifactOperations.Define(
        "$package", "package",
        [
            new("capability", "string", Max: int.MaxValue), new("terminologyCapabilities", "TerminologyCapabilities"), new("offset", "integer"), new("count", "integer"),
            new("include", "string", Max: int.MaxValue), new("includeUri", "uri", Max: int.MaxValue), new("exclude", "string", Max: int.MaxValue), new("excludeUri", "uri", Max: int.MaxValue),
            new("packageOnly", "boolean"), new("errorBehavior", "code"),
        ]);

    /// <returns>
    /// 200 with a Bundle: of type transaction when it is whole, collection when it is a page; with <c>count=0</c> a searchset of nothing but the total. A Library comes first
    /// that tells what is in the package, and what could not be had; it is not counted.
    /// </returns>
    /// <exception cref="FhirException">
    /// What <see cref="ArtifactAccess.TraceAsync"/> names; <c>invalid</c>: a word of no meaning, a negative count; with <c>errorBehavior=strict</c> everything that is missing.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var traced = await access.TraceAsync(request, cancellationToken);
        var filter = new PackageFilter(request, traced.Resources[0]);
        var taken = traced.Resources.Where(filter.Takes).ToList();
        List<Issue> issues = [.. traced.Issues];
        if (taken.Count < traced.Resources.Count)
            issues.Add(Issue.Information(FormattableString.Invariant($"{traced.Resources.Count - taken.Count} of {traced.Resources.Count} resources found are left out, as the request asks.")));
        List<(ResourceDocument, ReadOnlyMemory<byte>)> resources = request.Texts("capability").Contains("executable")
            ? [.. await expansions.ExpandAsync(taken, issues, cancellationToken)]
            : [.. taken.Select(document => (document, document.Bytes))];
        if (request.Text("errorBehavior") == "strict" && issues.Where(issue => issue.Severity == IssueSeverity.Warning).ToList() is { Count: > 0 } missing)
            throw new FhirException([.. missing.Select(issue => issue with { Severity = IssueSeverity.Error, Type = IssueType.BusinessRule })]);
        return FhirResponse.Ok(new PackageContent(traced, resources, issues, request.Integer("offset") ?? 0, request.Integer("count"), request.Context.BaseUrl));
    }

    private static void Check(OperationRequest request)
    {
        var faults = new List<Issue>();
        foreach (var argument in request.Arguments("capability"))
            if (!Capabilities.Contains(argument.Text)) faults.Add(Issue.Invalid($"The parameter 'capability' is one of {string.Join(", ", Capabilities)}, not '{argument.Text}'.", argument.Expression));
        foreach (var name in (string[])["offset", "count"])
            if (request.Integer(name) < 0) faults.Add(Issue.Invalid($"The parameter '{name}' is not negative."));
        if (request.Text("errorBehavior") is { } behavior && behavior is not ("loose" or "strict"))
            faults.Add(Issue.Invalid($"The parameter 'errorBehavior' is loose or strict, not '{behavior}'."));
        if (request.TryResource("terminologyCapabilities", out var capabilities))
            faults.Add(Issue.NotSupported("The parameter 'terminologyCapabilities' is not supported; 'capability=executable' puts the expansion into each value set.", capabilities.Expression));
        if (faults.Count > 0) throw new FhirException(faults);
    }
}
