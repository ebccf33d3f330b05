using System.Text.RegularExpressions;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>The version that an operation gives an artifact: <c>major.minor.patch</c>, with a label or not.</summary>
/// <remarks>https://hl7.org/fhir/uv/crmi/artifact-lifecycle.html#artifact-versioning</remarks>
internal static partial class BusinessVersion
{
    /// <summary>The version under its own name, as CRMI 2 has it, else under the name <c>version</c>, as CRMI 1 has it.</summary>
    /// <param name="selected">The version that tells which artifact is meant: the parameter <c>version</c> where the new one has its own name, else null.</param>
    /// <exception cref="FhirException"><c>required</c>: there is none; <c>value</c>: it is of another form.</exception>
    public static string Read(OperationRequest request, string name, out string? selected)
    {
        var (own, version) = (request.Text(name), request.Text("version"));
        selected = own is null ? null : version;
        var wanted = own ?? version ?? throw new FhirException(Issue.Required($"The operation '{request.Definition.Name}' needs the version to be given: 'version', or '{name}' where 'version' tells which artifact is meant."));
        var given = request.Arguments(own is null ? "version" : name).First();
        return Form().IsMatch(wanted) ? wanted : throw new FhirException(Issue.Value($"A version is of the form major.minor.patch or major.minor.patch-label, like 1.2.0 or 1.2.0-rc1, not '{wanted}'.", given.Expression));
    }

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8})){2,3}(-[0-9A-Za-z][0-9A-Za-z.-]{0,63})?\z")]
    private static partial Regex Form();
}
