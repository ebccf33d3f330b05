using BenchmarkDotNet.Running;
using Myeloma.Fhir.Benchmarks.Load;

// `-- load …` runs the load script against a real server process over HTTP; anything else goes to BenchmarkDotNet (`--filter *Parse*`).
if (args is ["load", .. var rest])
    return await LoadScript.RunAsync(rest);

BenchmarkSwitcher.FromAssembly(typeof(LoadScript).Assembly).Run(args);
return 0;
