using System.Text;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Runs <c>$validate</c> on what was filled into the validation page: the same answer as over the API, and admitted like it.</summary>
internal sealed class ValidationTrial(IOperation validate, ServerOptions options, Admission admission)
{
    /// <exception cref="FhirException">As <see cref="ValidateForm.ReadAsync"/>.</exception>
    public Task<ValidateForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => ValidateForm.ReadAsync(request, options.MaxBodyBytes, cancellationToken);

    /// <param name="address">Scheme and host of the request, for references written in full.</param>
    /// <returns>By position; lines and columns are those of the text that was filled in.</returns>
    /// <exception cref="FhirException">What is asked for can't be told: two resources, a reference that leads nowhere.</exception>
    public async Task<IReadOnlyList<Issue>> ValidateAsync(ValidateForm form, string address, CancellationToken cancellationToken)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var context = new InteractionContext(options.BaseUrl ?? address + options.BasePath);
            if (form.Reference.Length > 0) return await StoredAsync(form, context, cancellationToken);
            var bytes = Encoding.UTF8.GetBytes(form.Resource);
            if (!form.Resource.AsSpan().TrimStart().StartsWith('<')) return await GivenAsync(form, bytes, context, cancellationToken);
            var conversion = XmlReading.ReadWhatFits(bytes, options.ParseLimits);
            return conversion.InSource(await GivenAsync(form, conversion.Json, context, cancellationToken));
        }
        finally
        {
            admission.Leave();
        }
    }

    private Task<IReadOnlyList<Issue>> GivenAsync(ValidateForm form, byte[] json, InteractionContext context, CancellationToken cancellationToken)
    {
        ResourceDocument document;
        try
        {
            document = ResourceDocument.Parse(json, limits: options.ParseLimits);
        }
        catch (FhirException fault)
        {
            return Task.FromResult(fault.Issues);
        }

        return document.ResourceType == "Parameters" ? WrappedAsync(form, json, context, cancellationToken) : SystemAsync(form, document, context, cancellationToken);
    }

    /// <summary>Text that is itself Parameters is the resource to validate and not the request; the words around it stand on its first line.</summary>
    private async Task<IReadOnlyList<Issue>> WrappedAsync(ValidateForm form, byte[] json, InteractionContext context, CancellationToken cancellationToken)
    {
        var head = """{"resourceType":"Parameters","parameter":[{"name":"resource","resource":"""u8;
        var columns = head.Length;
        byte[] wrapped = [.. head, .. json, .. "}]}"u8];
        var issues = await SystemAsync(form, ResourceDocument.Parse(wrapped), context, cancellationToken);
        return [.. issues.Select(issue => issue.Line == 1 ? issue with { Column = issue.Column - columns } : issue)];
    }

    private Task<IReadOnlyList<Issue>> SystemAsync(ValidateForm form, ResourceDocument body, InteractionContext context, CancellationToken cancellationToken) =>
        RunAsync(new RequestTarget(TargetKind.SystemOperation, Operation: validate.Definition.Name), form, body, context, cancellationToken);

    private Task<IReadOnlyList<Issue>> StoredAsync(ValidateForm form, InteractionContext context, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(form.Resource))
            throw new FhirException(Issue.Invalid($"There are two resources to validate, the text and {form.Reference}; leave one of them out."));
        var target = RequestTarget.Parse(form.Reference);
        if (target.Kind != TargetKind.Instance) throw new FhirException(Issue.Invalid($"'{form.Reference}' names no resource of this server; type and id were expected, like Medication/example."));
        return RunAsync(target with { Kind = TargetKind.InstanceOperation, Operation = validate.Definition.Name }, form, null, context, cancellationToken);
    }

    private async Task<IReadOnlyList<Issue>> RunAsync(RequestTarget target, ValidateForm form, ResourceDocument? body, InteractionContext context, CancellationToken cancellationToken)
    {
        var query = form.Profiles.Select(profile => KeyValuePair.Create("profile", profile)).ToList();
        var answer = await validate.HandleAsync(new OperationRequest(validate.Definition, target, query, body, context), cancellationToken);
        return ((OutcomeContent)answer.Content!).Issues;
    }
}
