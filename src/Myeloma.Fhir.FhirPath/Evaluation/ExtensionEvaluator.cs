using System.Text;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary><c>target.extension('url')</c> with the url written out: compared in the bytes of the document. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
internal sealed class ExtensionEvaluator(Evaluator target, string url) : Evaluator
{
    private readonly byte[] utf8 = Encoding.UTF8.GetBytes(url);
    private readonly PathStep extensions = new("extension");
    private readonly PathStep urls = new("url");

    public override Collection Evaluate(Frame frame, in Focus focus)
    {
        var result = default(CollectionBuilder);
        EvaluateInto(frame, focus, ref result);
        return result.ToCollection();
    }

    public override void EvaluateInto(Frame frame, in Focus focus, ref CollectionBuilder result)
    {
        frame.Step();
        var items = default(CollectionBuilder);
        target.EvaluateInto(frame, focus, ref items);
        for (var i = 0; i < items.Count; i++)
        {
            if (!items[i].IsElement || extensions.On(items[i].Element.Type) is not { } step) continue;
            foreach (var extension in items[i].Element.Children(step))
            {
                frame.Step();
                if (HasUrl(extension)) result.Add(extension);
            }
        }

        items.Release();
    }

    private bool HasUrl(Element extension)
    {
        if (urls.On(extension.Type) is not { } step) return false;
        foreach (var found in extension.Children(step)) return found.HasValue && found.TextBytes.SequenceEqual(utf8);
        return false;
    }
}
