using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What an operation answered that was tried on a page: its resource, or why there is none.</summary>
internal sealed record TrialAnswer(ResourceDocument? Resource, IReadOnlyList<Issue> Faults);

/// <summary>Runs the operations that the pages of terminology offer: as much work as a request, and so admitted like one.</summary>
internal sealed class TerminologyTrial(OperationTable operations, ServerOptions options, Admission admission)
{
    /// <param name="address">Scheme and host of the request.</param>
    /// <exception cref="FhirException"><c>throttled</c>: too many requests at once.</exception>
    public async Task<TrialAnswer> AskAsync(string operation, string type, string id, string address, CancellationToken cancellationToken, params (string Name, string Value)[] parameters)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var target = new RequestTarget(TargetKind.InstanceOperation, type, id, Operation: operation);
            var asked = operations.Get(target);
            List<KeyValuePair<string, string>> given = [.. parameters.Where(each => each.Value.Length > 0).Select(each => KeyValuePair.Create(each.Name, each.Value))];
            var answer = await asked.HandleAsync(new OperationRequest(asked.Definition, target, given, null, new InteractionContext(options.BaseUrl ?? address + options.BasePath)), cancellationToken);
            return new TrialAnswer(ResourceDocument.Parse(answer.Content!.ToJson()), []);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type != IssueType.Throttled))
        {
            return new TrialAnswer(null, fault.Issues);
        }
        finally
        {
            admission.Leave();
        }
    }
}
