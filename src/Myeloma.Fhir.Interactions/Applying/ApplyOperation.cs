using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary><c>$apply</c> and <c>$r5.apply</c>: a definition that is stored or sent, applied to subjects with the data that is sent and stored. Nothing is written.</summary>
/// <remarks>https://hl7.org/fhir/R4/plandefinition-operation-apply.html, https://hl7.org/fhir/R4/activitydefinition-operation-apply.html</remarks>
/// <param name="form">What comes of it for one subject.</param>
public sealed class ApplyOperation(
    OperationDefinition definition, ApplyForm form, ResourceStore store, CurrentDefinitions definitions, CurrentSearchParameters searchParameters, SearchOptions options,
    ApplySettings settings, TimeProvider time) : IOperation
{
    public OperationDefinition Definition { get; } = definition;

    /// <returns>
    /// 200 with a CarePlan, a Bundle or the request of the activity; of <c>$r5.apply</c> for several subjects Parameters with a <c>return</c> for each, in their order.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>not-supported</c>: several subjects where there is one answer, an endpoint; what <see cref="AppliedDefinition.GetAsync"/>, <see cref="ApplyArguments.Read"/>,
    /// <see cref="PlanDefinitionApply"/> and <see cref="ActivityDefinitionApply"/> name.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var requests = ApplyArguments.Read(request, time.GetUtcNow());
        if (requests.Count > 1 && form != ApplyForm.Bundle)
            throw new FhirException(Issue.NotSupported($"'{Definition.Name}' gives one answer and so takes one subject; ask for each by itself, in a batch or by '$r5.apply'."));
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var applied = await new AppliedDefinition(store).GetAsync(request, versions, cancellationToken);
        var results = new List<byte[]>();
        foreach (var each in requests) results.Add(await ApplyAsync(applied, each, request, versions, cancellationToken));
        return FhirResponse.Ok(results.Count == 1 ? new ResourceContent(TypeOf(results[0]), results[0]) : new ResourceContent("Parameters", Several(results)));
    }

    private async Task<byte[]> ApplyAsync(Element applied, ApplyRequest each, OperationRequest request, Func<string, IReadOnlyList<ResourceDocument>> versions, CancellationToken cancellationToken)
    {
        var sources = new ApplySources
        {
            Definitions = versions,
            SameMeaning = await SameCodes.FollowAsync(definitions, versions, cancellationToken),
            Environment = (await definitions.GetAsync(cancellationToken)).ForExpressions(),
        };
        if (request.Boolean("useServerData") == false) return Apply(applied, each, sources, cancellationToken);

        var data = new ServerData(store, searchParameters, options, request.Context.BaseUrl, settings.MaxResources);
        sources = sources with { Resources = data.Find, SubjectData = data.OfSubject };
        data.Want([each.Subject, each.Encounter, each.Practitioner, each.Organization], ["CarePlan", "MedicationAdministration"]);
        await data.ReadAsync(each.Subject, cancellationToken);
        while (true)
        {
            byte[]? result = null;
            FhirException? fault = null;
            try
            {
                result = Apply(applied, each, sources, cancellationToken);
            }
            catch (FhirException found)
            {
                fault = found;
            }

            // Nothing stood in for what is not read yet: with it the result, or the fault, may be another one.
            if (!data.HasPending) return result ?? throw new FhirException(fault!.Issues);
            await data.ReadAsync(each.Subject, cancellationToken);
        }
    }

    private byte[] Apply(Element applied, ApplyRequest request, ApplySources sources, CancellationToken cancellationToken) => form switch
    {
        ApplyForm.CarePlan => new PlanDefinitionApply(sources, settings.Limits).ToCarePlan(applied, request, cancellationToken),
        ApplyForm.Bundle => new PlanDefinitionApply(sources, settings.Limits).ToBundle(applied, request, cancellationToken),
        _ => new ActivityDefinitionApply(sources, settings.Limits).Apply(applied, request, cancellationToken),
    };

    /// <summary>The type of a resource that was made here, which is the first thing that is written of it.</summary>
    private static string TypeOf(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Read();
        return reader.ValueTextEquals("resourceType"u8) && reader.Read() ? reader.GetString()! : throw new UnreachableException();
    }

    private static byte[] Several(List<byte[]> results) => Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', results.Select(result => $$"""{"name":"return","resource":{{Encoding.UTF8.GetString(result)}}}"""))}}]}""");
}

/// <summary>What comes of applying a definition to one subject.</summary>
public enum ApplyForm
{
    /// <summary>Of a plan, as R4 has it.</summary>
    CarePlan,

    /// <summary>Of a plan, as later releases have it.</summary>
    Bundle,

    /// <summary>Of an activity.</summary>
    Request,
}
