using System.Text;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>Evaluates what was filled into the FHIRPath page: as much work as an operation, and so admitted like one.</summary>
internal sealed class ExpressionTrial(ExpressionEvaluation expressions, ServerOptions options, Admission admission)
{
    /// <exception cref="FhirException">As <see cref="FhirPathForm.ReadAsync"/>.</exception>
    public Task<FhirPathForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken) => FhirPathForm.ReadAsync(request, options.MaxBodyBytes, cancellationToken);

    /// <param name="address">Scheme and host of the request, for references written in full.</param>
    /// <exception cref="FhirException">What was filled in can't be evaluated.</exception>
    public async Task<ExpressionOutcome> EvaluateAsync(FhirPathForm form, string address, CancellationToken cancellationToken)
    {
        await admission.EnterAsync(cancellationToken);
        try
        {
            var baseUrl = options.BaseUrl ?? address + options.BasePath;
            return await expressions.EvaluateAsync(
                new ExpressionRequest
                {
                    Expression = form.Expression,
                    Context = form.Context.Length > 0 ? form.Context : null,
                    Resource = await ResourceAsync(form, baseUrl, cancellationToken),
                    IsStrict = form.IsStrict,
                    BaseUrl = baseUrl,
                },
                cancellationToken);
        }
        finally
        {
            admission.Leave();
        }
    }

    private async Task<ResourceDocument?> ResourceAsync(FhirPathForm form, string baseUrl, CancellationToken cancellationToken)
    {
        var text = form.Resource.AsSpan().Trim();
        if (text.Length > 0 && form.Reference.Length > 0)
            throw new FhirException(Issue.Invalid($"There are two resources to evaluate over, the text and {form.Reference}; leave one of them out."));
        if (form.Reference.Length > 0) return await expressions.FetchAsync(form.Reference, baseUrl, cancellationToken);
        if (text.Length == 0) return null;
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return ResourceDocument.Parse(text[0] == '<' ? XmlReading.ToJson(bytes, options.ParseLimits) : bytes, limits: options.ParseLimits);
    }
}
